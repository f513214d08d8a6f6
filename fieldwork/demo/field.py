"""The demo's field: programme, sample, interviews and consents, as their files say."""

from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.consent.imports import import_consents
from fieldwork.core.schema import shipped
from fieldwork.core.work import Work
from fieldwork.demo.material import SLUG, document, read_yaml
from fieldwork.programme.guides import set_guide
from fieldwork.programme.imports import import_programme, import_team
from fieldwork.programme.models import Study
from fieldwork.sampling.imports import import_experts, import_recruitment, import_sampling
from fieldwork.scheduling.imports import import_interviews

GUIDE = "creative_class.yaml"


def set_up(work: Work) -> Study:
    """The study with everything that was known before the first interview, and what was agreed with each expert."""
    programme, experts = document("study"), document("experts")
    study = import_programme(work, programme, slug=SLUG)
    set_guide(work, study, read_yaml(shipped("interview_guides") / GUIDE), source=GUIDE)
    import_team(work, study, experts)
    import_sampling(work, study, programme)
    import_experts(work, study, experts)
    import_recruitment(work, study, programme)
    import_interviews(work, study, experts)
    import_consents(work, study, document("consent"))
    publish_proposed(work, study)
    return study
