package detect

import (
	"embed"
)

//go:embed templates/laravel.Dockerfile.tmpl
var laravelTemplatesFiles embed.FS

// laravelTemplates is the Dockerfile of a Laravel app, whose assets Node may build.
var laravelTemplates = templatesWithParts(laravelTemplatesFiles)
