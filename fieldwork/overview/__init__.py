"""What looks back at all rooms: studies, dashboard, jobs, members, the audit trail."""
