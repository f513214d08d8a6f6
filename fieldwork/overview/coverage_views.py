"""Fills the coverage matrix on the page of the sample with what later rooms know."""

from fieldwork.overview.coverage import spoken_of
from fieldwork.sampling.views import tells_spoken

tells_spoken(spoken_of)
