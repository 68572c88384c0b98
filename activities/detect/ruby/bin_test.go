package ruby

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
)

func TestBin_AsWindowsLeavesIt_IsMended(t *testing.T) {
	t.Parallel()

	directory := detecttest.NewTree(t, detecttest.RailsTree("8.0.1", []string{"pg (1.5.9)", "puma (6.5.0)"}, map[string]string{
		"bin/rails": "#!/usr/bin/env ruby.exe\r\nrequire\r\n", "bin/rake": "#!/usr/bin/env ruby\r\n", "bin/setup": "#!/usr/bin/env ruby\n", "bin/docker-entrypoint": "#!/bin/bash\n",
		"bin/data": "\x00",
	}))
	require.NoError(t, os.Chmod(filepath.Join(directory, "bin/setup"), 0o600))

	plan, err := detectors.DetectIn(t, directory, buildplan.Settings{})
	require.NoError(t, err)
	require.Contains(t, plan.Dockerfile, "\nRUN sed -i -e 's/\\r$//' -e '1s/ruby\\.exe/ruby/' bin/rails bin/rake bin/setup && chmod 755 bin/rails bin/rake bin/setup\n")
	require.Equal(t, "bin/rails db:prepare", plan.ReleaseCommand)
}
