package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	"github.com/spf13/pflag"
)

// QuotaChanges are the quotas that flags name, by their names in the API; nil: the number is taken away.
type QuotaChanges map[string]*int64

// QuotaFlags adds a flag for each quota. The changes are there when the flags have been parsed.
func QuotaFlags(flags *pflag.FlagSet) QuotaChanges {
	const million, billion, kibibyteBits = 1_000_000, 1_000_000_000, 10

	changes := QuotaChanges{}

	for _, quota := range []struct {
		flag, usage, name string
		unit, least, most int64
	}{
		{"projects", "`number` of projects", "projects", 1, 0, million},
		{"domains", "`number` of custom domains", "domains", 1, 0, million},
		{"builds", "`number` of deployments that are fetched and built at once; others wait for their turn", "builds", 1, 0, 10_000},
		{"instances", "`number` of instances that all projects run at once", "instances", 1, 0, million},
		{"cpu-millis", "processor time of these in `thousandths` of a core", "cpu_millis", 1, 0, billion},
		{"memory-mib", "memory of these in `MiB`", "memory_bytes", 1 << mebibyteBits, 0, billion},
		{"log-kib", "what apps may log in a minute, in `KiB`", "log_bytes_per_minute", 1 << kibibyteBits, 0, billion},
		{"requests", "`number` of requests that an api process answers in a minute", "requests_per_minute", 1, 1, billion},
	} {
		flags.Func(quota.flag, quota.usage, func(given string) error {
			if given == "default" {
				changes[quota.name] = nil

				return nil
			}

			number, err := strconv.ParseInt(given, 10, 64)
			if err != nil || number < quota.least || number > quota.most {
				return fmt.Errorf("%q is neither a number from %d to %d nor the word default", given, quota.least, quota.most)
			}

			changes[quota.name] = new(number * quota.unit)

			return nil
		})
	}

	return changes
}

// Apply changes numbers, which point at a struct of quotas as the API has it.
func (c QuotaChanges) Apply(numbers any) error {
	written, err := json.Marshal(numbers)
	if err != nil {
		return fmt.Errorf("write the quotas: %w", err)
	}

	changed := map[string]*int64{}
	if err := json.Unmarshal(written, &changed); err != nil {
		return fmt.Errorf("read the quotas: %w", err)
	}

	maps.Copy(changed, c)

	if written, err = json.Marshal(changed); err == nil {
		err = json.Unmarshal(written, numbers)
	}

	if err != nil {
		return fmt.Errorf("change the quotas: %w", err)
	}

	return nil
}
