package api

import (
	"net/http"

	"github.com/swaggest/swgui/v5emb"
)

// docsPath serves the documentation of /v1. The pages are part of the binary: a browser loads nothing from elsewhere.
const docsPath = "/v1/docs/"

func docs() http.Handler { return v5emb.New("Zeitwork", "/v1/openapi.json", docsPath) }
