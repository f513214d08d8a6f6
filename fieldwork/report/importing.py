"""Import of recommendations from parsed YAML."""

from pydantic import BaseModel

from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.shapes import Line, LocalText, Shape, parsed
from fieldwork.report.models import Recommendation
from fieldwork.report.recommendations import add_recommendation


class RecommendationShape(Shape):
    """A recommendation with the keys of the categories it rests on."""

    key: Line
    title: LocalText
    addressee: LocalText
    text: LocalText
    evidence: list[Line]


class RecommendationsShape(BaseModel):
    """The part of ``paradigm.yaml`` that is the report's; the rest is the paradigm model's."""

    recommendations: list[RecommendationShape]


def import_recommendations(
    work: Work, study: Study, data: object, *, source: str = "paradigm.yaml"
) -> list[Recommendation]:
    """The recommendations of a file of the shape of ``paradigm.yaml``; categories come first.

    Raises:
        BadInput: of another shape, or a recommendation rests on nothing.
        KeyTaken: a key is in use.
        NotFound: an unknown category.
    """
    return [
        add_recommendation(
            work,
            study,
            one.key,
            title=one.title.texts(),
            addressee=one.addressee.texts(),
            text=one.text.texts(),
            evidence=one.evidence,
        )
        for one in parsed(RecommendationsShape, data, source).recommendations
    ]
