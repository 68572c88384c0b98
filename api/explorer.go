package api

import (
	"net/http"

	"github.com/swaggest/swgui/v5emb"
)

// explorerPath serves the description of /v1 as pages on which operations can be tried. They are part of the binary: a browser loads nothing from elsewhere.
const explorerPath = "/v1/docs/"

func explorer() http.Handler { return v5emb.New("Zeitwork", "/v1/openapi.json", explorerPath) }
