package api

import (
	"net/http"

	"github.com/swaggest/swgui/v5emb"
)

// docsPath is where people read about /v1. The pages are part of the binary: they need nothing from elsewhere.
const docsPath = "/v1/docs/"

func docs() http.Handler { return v5emb.New("Zeitwork", "/v1/openapi.json", docsPath) }
