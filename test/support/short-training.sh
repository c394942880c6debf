#!/bin/sh
# A training command for fault scenarios: logs `x` as the loss, works for `seconds`, logs it again. Costs next to no processor time.
# With `fails=yes` the first attempt of the trial ends with status 1.
for argument; do
  case $argument in
    --x=*) x=${argument#--x=} ;;
    --seconds=*) seconds=${argument#--seconds=} ;;
    --fails=*) fails=${argument#--fails=} ;;
  esac
done
printf '{"step":1,"loss":%s}\n' "$x" >> "$SWATH_METRICS"
sleep "$seconds"
if [ "$fails" = yes ] && [ "$SWATH_ATTEMPT" = 1 ]; then exit 1; fi
printf '{"step":2,"loss":%s}\n' "$x" >> "$SWATH_METRICS"
