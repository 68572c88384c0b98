package source

import (
	"io/fs"
	"regexp"
	"strings"
)

// processType matches a line of a Procfile.
var processType = regexp.MustCompile(`^([A-Za-z0-9_-]+):\s*(.+)$`)

// Procfile returns the commands of a Procfile, by the types of processes that it names; empty where there is none.
func Procfile(files fs.FS) map[string]string {
	content, err := Read(files, "Procfile")
	if err != nil {
		return nil
	}

	commands := map[string]string{}

	for line := range strings.Lines(string(content)) {
		if match := processType.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
			commands[match[1]] = match[2]
		}
	}

	return commands
}
