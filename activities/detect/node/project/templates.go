package project

import (
	_ "embed"
	"io/fs"
	"text/template"
)

//go:embed templates/parts.tmpl
var parts string

// TemplatesWithParts parses the files in templates, which may use the parts that the Dockerfiles of all apps with a package.json have.
func TemplatesWithParts(files fs.FS) *template.Template {
	parts := template.Must(template.New("parts").Parse(parts))

	return template.Must(parts.ParseFS(files, "templates/*.tmpl"))
}
