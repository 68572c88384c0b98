package source

import (
	"io/fs"
	"strings"
)

// Procfile returns the command of a process that the file Procfile names, such as web; empty where it names none of that name.
func Procfile(files fs.FS, process string) string {
	content, err := Read(files, "Procfile")
	if err != nil {
		return ""
	}

	for line := range strings.Lines(string(content)) {
		if name, command, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == process {
			return strings.TrimSpace(command)
		}
	}

	return ""
}
