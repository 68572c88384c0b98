package detect

import (
	_ "embed"
	"io/fs"
	"text/template"
)

//go:embed templates/node_parts.tmpl
var nodeParts string

// templatesWithParts parses the files in templates, which may use the parts that the Dockerfiles of all apps with a package.json have.
func templatesWithParts(files fs.FS) *template.Template {
	parts := template.Must(template.New("parts").Parse(nodeParts))

	return template.Must(parts.ParseFS(files, "templates/*.tmpl"))
}
