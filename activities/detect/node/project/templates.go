package project

import (
	_ "embed"
	"io/fs"
	"text/template"
)

//go:embed templates/parts.tmpl
var partsText string

// TemplatesWithParts parses the templates in the directory templates. They may use the parts that all Dockerfiles with Node have in common.
func TemplatesWithParts(files fs.FS) *template.Template {
	parts := template.Must(template.New("parts").Parse(partsText))

	return template.Must(parts.ParseFS(files, "templates/*.tmpl"))
}
