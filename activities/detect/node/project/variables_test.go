package project_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

func TestPrisma_WhoseConfigurationReadsVariables_HasThem(t *testing.T) {
	t.Parallel()

	const mounts = "--mount=type=secret,id=DATABASE_URL,env=DATABASE_URL --mount=type=secret,id=SHADOW,env=SHADOW "

	plan := detectors.RequirePlan(t, map[string]string{
		"package.json":         `{"scripts":{"postinstall":"prisma generate","build":"prisma generate && tsc","start":"node a.js"},"dependencies":{"@prisma/client":"7","prisma":"7"}}`,
		"prisma.config.ts":     `import { env } from "prisma/config"; export default { datasource: { url: env("DATABASE_URL"), shadow: process.env.SHADOW, other: process.env["OTHER"] } }`,
		"prisma/schema.prisma": "",
	}, buildplan.Settings{Variables: []string{"DATABASE_URL", "SHADOW", "TOKEN"}, BuildVariables: []string{"DATABASE_URL"}})

	require.Contains(t, plan.Dockerfile, mounts+"npm install --no-audit --no-fund\n")
	require.Contains(t, plan.Dockerfile, "RUN "+mounts+"--mount=type=cache,id=node,target=/var/cache/node npm run build\n")
	require.Equal(t, []string{"DATABASE_URL", "SHADOW"}, plan.Secrets)
}
