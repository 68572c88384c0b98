package buildplan

import (
	"fmt"
	"strings"
	"text/template"
)

// Render fills in the template of that name. The data come from the package that wrote the template, so that a failure is a defect: Render panics.
func Render(templates *template.Template, name string, data any) string {
	text := &strings.Builder{}
	if err := templates.ExecuteTemplate(text, name, data); err != nil {
		panic(fmt.Sprintf("render %s: %v", name, err))
	}

	return text.String()
}
