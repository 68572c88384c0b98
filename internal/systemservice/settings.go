package systemservice

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// plain matches values that mean the same to systemd and to a shell that reads the file.
var plain = regexp.MustCompile(`^[A-Za-z0-9_./:,@%+=~\[\]-]*$`)

// ReadSettings returns the settings that this machine's service has, by the names of their environment variables: none where there is no service.
func (s Service) ReadSettings() (map[string]string, error) {
	content, err := os.ReadFile(s.SettingsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}

	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}

	return parseSettings(string(content)), nil
}

// parseSettings reads lines of NAME=VALUE.
func parseSettings(content string) map[string]string {
	settings := map[string]string{}

	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)

		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}

		if len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] {
			value = value[1 : len(value)-1]
		}

		settings[name] = value
	}

	return settings
}

// FormatSettings writes lines of NAME=VALUE, sorted by name. It fails where a value has a character that the file cannot hold.
func (s Service) FormatSettings(settings map[string]string) ([]byte, error) {
	var content strings.Builder

	content.WriteString(s.SettingsNote + "\n")

	for _, name := range slices.Sorted(maps.Keys(settings)) {
		if !plain.MatchString(settings[name]) {
			return nil, fmt.Errorf("the value of %s has a character that the file of settings cannot hold, such as a space or a quote", name)
		}

		content.WriteString(name + "=" + settings[name] + "\n")
	}

	return []byte(content.String()), nil
}
