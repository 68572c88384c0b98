package api

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func TestPageFonts_AreTheDashboards_WhereItIsPartOfTheBinary(t *testing.T) {
	t.Parallel()

	require.Empty(t, fontFaces(nil))

	style := fontFaces(fstest.MapFS{
		"assets/geist-latin-wght-normal-Bg.woff2": {}, "assets/geist-latin-ext-wght-normal-DC.woff2": {}, "assets/geist-mono-latin-wght-normal-XN.woff2": {},
	})
	require.Contains(t, style, `"Geist Variable"; src: url(/assets/geist-latin-wght-normal-Bg.woff2)`)
	require.Contains(t, style, `"Geist Mono Variable"; src: url(/assets/geist-mono-latin-wght-normal-XN.woff2)`)
	require.NotContains(t, style, "latin-ext")
}
