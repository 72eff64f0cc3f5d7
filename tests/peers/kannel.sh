# Kannel with its test centre behind it, in this folder.
set -e
bearerbox kannel.conf > bearerbox.log 2>&1 &
until grep -q "Adding interface" bearerbox.log 2> /dev/null || grep -q "MAIN: Start-up done" bearerbox.log 2> /dev/null; do sleep 0.1; done
smsbox kannel.conf > smsbox.log 2>&1 &
until grep -q "Connected to bearerbox\|Starting to poll" smsbox.log 2> /dev/null; do sleep 0.1; done
# it stays only with a message of its own to send
/usr/lib/kannel/test/fakesmsc -H 127.0.0.1 -r 18734 -i 1 -m 1 '100 200 text hello' > fakesmsc.log 2>&1 &
until grep -q "sent message" fakesmsc.log 2> /dev/null; do sleep 0.1; done
echo ready
wait
