package php

import (
	"embed"

	"github.com/zeitwork/zeitwork/activities/detect/node/project"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates is the Dockerfile of a Laravel app, whose assets Node may build.
var templates = project.TemplatesWithParts(templateFiles)
