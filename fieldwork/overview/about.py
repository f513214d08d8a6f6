"""What each stage of a study is: some sentences for whoever comes there for the first time."""

from fieldwork.web.languages import noted

ABOUT = {
    "sampling.experts": noted(
        "Whom to talk to, so that every side is heard: criteria, groups with quotas, candidates and their "
        "answers. Before it comes the programme with the question of the study. Whoever agrees gets a date and a "
        "consent form."
    ),
    "programme.guide": noted(
        "The questions of the talk, in three blocks. Each serves an objective of the programme, and the same guide for "
        "everybody makes talks comparable. Later every passage of a transcript is tied to its question."
    ),
    "scheduling.interviews": noted(
        "When each talk is held, and what the expert allows: to record, to transcribe, to quote, to keep. "
        "Without a consent nothing is recorded or transcribed; an expert may take it back at any time. "
        "After the talk comes its recording."
    ),
    "recording.recordings": noted(
        "The sound of each talk, kept encrypted. Thanks to it every quotation can be heard. "
        "A transcript is made of it on this very machine: the sound is sent nowhere."
    ),
    "transcription.transcripts": noted(
        "What was said, turn by turn. A machine has written it down, so somebody reads it beside the sound and "
        "mends it. While names stand in it, only the principal investigator and that expert's interviewer may read it. "
        "Next, the names are replaced."
    ),
    "anonymisation.review_list": noted(
        "People, organisations, addresses and contacts become placeholders such as [E03] or [organisation-4]; the "
        "doubtful ones are decided by a person. Once somebody approves it, the text is open to coders, to the search "
        "and to the report. The real names stay sealed."
    ),
    "coding.transcripts_to_code": noted(
        "Open coding: one reads turn by turn and gives each passage a short name, a code. "
        "The same thing gets the same code, whoever says it. Thoughts that come on the way go into memos. "
        "Next, codes are gathered into categories."
    ),
    "coding.board": noted(
        "Axial coding: codes about the same thing come under one category, and categories under a few core categories. "
        "A category that one expert alone speaks of is still a guess. Core categories then take their roles in "
        "the model."
    ),
    "paradigm.model": noted(
        "Selective coding: one core category is the phenomenon, the others say where it comes from, in which context, "
        "what helps or hinders, how people act and what follows. Every link rests on quotations. "
        "The report tells this story."
    ),
    "report.report": noted(
        "Findings and recommendations, each with its chain down to the words of experts. Before it leaves the house it "
        "is checked: names, consents, groups too small to hide in. Nothing enters it without its chain."
    ),
}
"""Endpoint of the stage's page -> what is done there, what comes before and after."""
