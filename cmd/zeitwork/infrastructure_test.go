package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/caarlos0/env/v11"
	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
)

// The tests of pulumi/ compare the settings that it writes with these files.
const infrastructureExamples = "../../pulumi/example/*.env"

func TestInfrastructure_WhatItSets_IsReadByTheService(t *testing.T) {
	t.Parallel()

	examples, err := filepath.Glob(infrastructureExamples)
	require.NoError(t, err)
	require.Len(t, examples, 3, "one for each way to the edges")

	for _, example := range examples {
		text, err := os.ReadFile(example)
		require.NoError(t, err)

		for file := range strings.SplitSeq(string(text), "# ") {
			name, settings, found := strings.Cut(file, ".env\n")
			if !found {
				continue
			}

			// A file is named for its service and, where several of one have different settings, for the machine.
			service, _, _ := strings.Cut(name, ".")
			if service != "registry" {
				requireReadable(t, filepath.Base(example)+": "+name, service, settings)
			}
		}
	}
}

// requireReadable holds that a service has all of the settings, and takes their values.
func requireReadable(t *testing.T, file, service, settings string) {
	t.Helper()

	command, found := lo.Find(configurations(), func(c struct {
		command string
		config  any
	},
	) bool {
		return c.command == service
	})
	require.True(t, found, "%s: there is no service %s", file, service)

	known := lo.KeyBy(variables(reflect.TypeOf(command.config)), func(v variable) string { return v.name })
	environment := lo.MapValues(lo.PickBy(known, func(_ string, v variable) bool { return v.required }), func(variable, string) string {
		return base64.StdEncoding.EncodeToString(make([]byte, 32))
	})

	for line := range strings.Lines(strings.TrimSpace(settings)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		require.Contains(t, lo.Keys(known), name, file)

		environment[name] = value
	}

	require.NoError(t, env.ParseWithOptions(reflect.New(reflect.TypeOf(command.config)).Interface(), env.Options{Environment: environment}), file)
}
