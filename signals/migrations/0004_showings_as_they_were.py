"""What was seen before is seen afterwards: older signals of open communities, and the regions that versions name."""

from django.db import migrations

OLDER_WERE_SEEN = """
    UPDATE members_membership m SET sees_older = true
    FROM members_community c WHERE c.id = m.community_id AND c.open_to_later_members
"""
REGIONS = """
    UPDATE signals_signal s SET not_to_regions = v.not_to_regions
    FROM signals_signalversion v WHERE v.id = s.current_version_id
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0003_showing"), ("members", "0002_communities_and_departures")]

    operations = [migrations.RunSQL(OLDER_WERE_SEEN), migrations.RunSQL(REGIONS)]
