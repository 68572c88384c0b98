// Package client is the typed client of /v1, generated from the API's OpenAPI document.
package client

//go:generate oapi-codegen -config oapi-codegen.yaml ../api/openapi-3.0.yaml
