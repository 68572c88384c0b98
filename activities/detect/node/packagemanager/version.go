package packagemanager

import "fmt"

// DefaultVersion returns the line of the manager's versions that writes lockfiles of that format, for a package.json that names no version.
func (m Manager) DefaultVersion(format string) string {
	switch m.Name {
	case PNPM:
		lines := map[string]string{"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "10"
	case Yarn:
		if !m.Berry {
			return "1.22.22"
		}

		lines := map[string]string{"4": "2", "5": "3", "6": "3"}
		if line, ok := lines[format]; ok {
			return line
		}

		return "4"
	case Bun:
		return "1"
	default:
		return ""
	}
}

// DisplayName is the manager's name with its version, where that is known.
func (m Manager) DisplayName() string {
	if m.Version == "" {
		return m.Name
	}

	return fmt.Sprintf("%s %s", m.Name, m.Version)
}
