"""What an actor may see of signals, leads and showings, and who may write them."""

from django.db import migrations

from lantern_site.audit.row_security import OWN, PROGRAMME, visible, written_by

SIGNAL_IS_VISIBLE = f"""
    {OWN}
    OR (
        activated_at IS NOT NULL
        AND status IN ('active', 'held', 'withdrawn', 'retracted', 'expired')
        AND EXISTS (
            SELECT FROM members_membership m JOIN members_organisation o ON o.id = m.organisation_id
            WHERE m.community_id = signals_signal.community_id
              AND m.organisation_id = (SELECT lantern_organisation())
              AND m.left_at IS NULL
              AND (m.sees_older OR m.joined_at <= signals_signal.activated_at)
              AND o.state = 'active' AND o.suspended IN ('', 'submit')
              AND NOT signals_signal.not_to_regions @> ARRAY[o.region]
        )
    )
    OR (
        status IN ('held', 'withdrawn', 'retracted', 'expired')
        AND EXISTS (
            SELECT FROM signals_receipt r
            WHERE r.signal_id = signals_signal.id AND r.organisation_id = (SELECT lantern_organisation())
        )
    )
"""
OF_OWN_SIGNAL = "s.organisation_id = (SELECT lantern_organisation())"
VERSION = "EXISTS (SELECT FROM signals_signal s WHERE s.id = signal_id{also})"
VALUE = "EXISTS (SELECT FROM signals_signal s WHERE s.indicator_id = signals_indicatorvalue.indicator_id{also})"


class Migration(migrations.Migration):
    dependencies = [("signals", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(visible("signals_signal", SIGNAL_IS_VISIBLE)),
        migrations.RunSQL(visible("signals_signalversion", VERSION.format(also=""))),
        migrations.RunSQL(visible("signals_indicatorvalue", VALUE.format(also=""))),
        migrations.RunSQL(visible("signals_lead", OWN)),
        migrations.RunSQL(visible("signals_showing", OWN)),
        migrations.RunSQL(written_by("owners", "signals_signal", OWN)),
        *(
            migrations.RunSQL(
                written_by("owners", table, f"{PROGRAMME} OR {belongs.format(also=f' AND {OF_OWN_SIGNAL}')}")
            )
            for table, belongs in (("signals_signalversion", VERSION), ("signals_indicatorvalue", VALUE))
        ),
    ]
