package conformance

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/samber/lo"
)

// Result is how a check ended.
type Result string

// The results of checks. Unsupported is what the runtime of the node cannot do by its nature, and is known not to.
const (
	Passed      Result = "pass"
	Failed      Result = "fail"
	Skipped     Result = "skipped"
	Unsupported Result = "unsupported"
)

// Finding is the result of one check.
type Finding struct {
	Check  string `json:"check"`
	Result Result `json:"result"`
	// Reason says in a sentence what was seen, or why nothing was.
	Reason  string  `json:"reason"`
	Seconds float64 `json:"seconds"`
}

// Count returns how many findings have the result.
func Count(findings []Finding, result Result) int {
	return lo.CountBy(findings, func(f Finding) bool { return f.Result == result })
}

// outcome is what a check found.
type outcome struct {
	result Result
	reason string
}

func pass(reason string, values ...any) outcome {
	return outcome{Passed, fmt.Sprintf(reason, values...)}
}

func fail(reason string, values ...any) outcome {
	return outcome{Failed, fmt.Sprintf(reason, values...)}
}

func skip(reason string, values ...any) outcome {
	return outcome{Skipped, fmt.Sprintf(reason, values...)}
}

func unsupported(reason string, values ...any) outcome {
	return outcome{Unsupported, fmt.Sprintf(reason, values...)}
}

// failure is the outcome of a check that could not go on.
func failure(err error) outcome {
	reason := strings.TrimSuffix(err.Error(), ".")
	first, length := utf8.DecodeRuneInString(reason)

	return fail("%c%s.", unicode.ToUpper(first), reason[length:])
}

// brief is a duration as people read it.
func brief(duration time.Duration) string {
	const precise = 10 * time.Second
	if duration < precise {
		return fmt.Sprintf("%.2f s", duration.Seconds())
	}

	return fmt.Sprintf("%.0f s", duration.Seconds())
}

const mebibyte = 1 << 20

// size is a number of bytes as people read it.
func size(bytes int64) string {
	const gibibyte = 1 << 30
	if bytes < gibibyte {
		return fmt.Sprintf("%d MiB", bytes/mebibyte)
	}

	return fmt.Sprintf("%.1f GiB", float64(bytes)/gibibyte)
}
