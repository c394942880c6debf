#!/bin/sh
# A training command for fault scenarios: logs `x` as the loss, works for `seconds`, logs it again. Costs next to no processor time.
for argument; do
  case $argument in
    --x=*) x=${argument#--x=} ;;
    --seconds=*) seconds=${argument#--seconds=} ;;
  esac
done
printf '{"step":1,"loss":%s}\n' "$x" >> "$SWATH_METRICS"
sleep "$seconds"
printf '{"step":2,"loss":%s}\n' "$x" >> "$SWATH_METRICS"
