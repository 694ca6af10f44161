# For machines without systemd; with it the timers do this (systemctl list-timers 'pumasi*').
* * * * *   pumasi [ -d /run/systemd/system ] || /usr/lib/pumasi/cron/mailer 2>&1 | logger -t pumasi
*/5 * * * * pumasi [ -d /run/systemd/system ] || /usr/lib/pumasi/cron/reminder 2>&1 | logger -t pumasi
7 * * * *   pumasi [ -d /run/systemd/system ] || /usr/lib/pumasi/cron/janitor 2>&1 | logger -t pumasi
17 3 * * *  pumasi [ -d /run/systemd/system ] || /usr/bin/pumasi backup --dir /var/lib/pumasi/backups 2>&1 | logger -t pumasi
