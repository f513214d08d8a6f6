"""Studies, members, the research programme and interview guides."""
