package ruby

import (
	"io/fs"
	"path"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

// binToMend are the scripts in bin that Linux does not run as they are: they are not executable, have the line ends of Windows, or name ruby.exe.
func (a railsApp) binToMend() []string {
	entries, err := fs.ReadDir(a.tree, "bin")
	if err != nil {
		return nil
	}

	scripts := []string{}

	for _, entry := range entries {
		name := path.Join("bin", entry.Name())

		info, err := fs.Stat(a.tree, name)
		if err != nil || !info.Mode().IsRegular() || !buildplan.PlainPath.MatchString(name) {
			continue
		}

		text := a.text(name)
		first, _, _ := strings.Cut(text, "\n")

		if strings.HasPrefix(text, "#!") && (info.Mode()&0o111 == 0 || strings.Contains(text, "\r\n") || strings.Contains(first, "ruby.exe")) {
			scripts = append(scripts, name)
		}
	}

	return scripts
}
