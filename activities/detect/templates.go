package detect

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
)

//go:embed templates
var templateFiles embed.FS

// templates are the Dockerfiles and parts of them, by file name.
var templates = template.Must(template.ParseFS(templateFiles, "templates/*.tmpl"))

// render fills in a template. Its data come from this package, so that a failure is a defect.
func render(name string, data any) string {
	text := &strings.Builder{}
	if err := templates.ExecuteTemplate(text, name, data); err != nil {
		panic(fmt.Sprintf("render %s: %v", name, err))
	}

	return text.String()
}
