package buildplan

import (
	"fmt"
	"strings"
	"text/template"
)

// Render fills in a template. Its data come from the package that has the template, so that a failure is a defect.
func Render(templates *template.Template, name string, data any) string {
	text := &strings.Builder{}
	if err := templates.ExecuteTemplate(text, name, data); err != nil {
		panic(fmt.Sprintf("render %s: %v", name, err))
	}

	return text.String()
}
