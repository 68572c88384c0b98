package process

import (
	"os"
	"strings"
)

// Environment is the environment of daemons: this process's own without what concerns only Zeitwork, with programs in the
// folder bin found first, and then what more says in the form NAME=VALUE.
func Environment(bin string, more ...string) []string {
	kept := []string{"PATH=" + bin + ":" + os.Getenv("PATH")}

	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if name != "PATH" && !strings.HasPrefix(name, "ZEITWORK_") && !strings.HasPrefix(name, "OTEL_") && !strings.HasPrefix(name, "PG") {
			kept = append(kept, variable)
		}
	}

	return append(kept, more...)
}
