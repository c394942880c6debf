#!/bin/sh
# A training command for slow lines: 30 s of work with 200 kB of output, more than 64 kbit/s carry for four of them meanwhile.
printf '{"step":1,"loss":1}\n' >> "$SWATH_METRICS"
second=0
while [ $second -lt 30 ]; do
  head -c 5000 /dev/urandom | base64 -w 100
  sleep 1
  second=$((second + 1))
done
printf '{"step":2,"loss":1}\n' >> "$SWATH_METRICS"
