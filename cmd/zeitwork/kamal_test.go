package main

import (
	"cmp"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/api"
	"github.com/zeitwork/zeitwork/kamal"
)

// TestKamal_SettingsAreThoseOfTheCommandsThatItStarts compares the settings in kamal/config with those that the API, the worker and the builder have.
func TestKamal_SettingsAreThoseOfTheCommandsThatItStarts(t *testing.T) {
	t.Parallel()

	configurations := map[string]reflect.Type{"api": reflect.TypeFor[apiConfig](), "worker": reflect.TypeFor[workerConfig]()}

	for _, destination := range kamal.Destinations() {
		config, _, err := kamal.Read("../../kamal", destination)
		require.NoError(t, err)

		var everywhere []variable

		for name, role := range config.Servers {
			known := variables(configurations[role.Command])
			require.NotEmpty(t, known, "the command of the role %s", name)

			everywhere = append(everywhere, known...)
			requireKnown(t, append(config.Env.Names(), role.Env.Names()...), role.Env.Names(), known, destination+", "+name)
		}

		// A setting for all roles is known to one of their commands at least.
		unknown, _ := lo.Difference(config.Env.Names(), names(everywhere))
		require.Empty(t, unknown, "no command has such settings")

		builder := config.Accessories["builder"].Env.Names()
		requireKnown(t, builder, builder, variables(reflect.TypeFor[builderConfig]()), destination+", builder")
	}
}

// requireKnown fails where one of the command's required settings is not given, or one of its own is not known.
func requireKnown(t *testing.T, given, own []string, known []variable, who string) {
	t.Helper()

	required := lo.Filter(known, func(v variable, _ int) bool { return v.required })

	missing, _ := lo.Difference(names(required), given)
	require.Empty(t, missing, "%s lacks required settings", who)

	unknown, _ := lo.Difference(own, names(known))
	require.Empty(t, unknown, "%s has settings that its command does not know", who)
}

func names(found []variable) []string {
	return lo.Map(found, func(v variable, _ int) string { return v.name })
}

func TestKamal_WaitsUntilServicesHaveEnded(t *testing.T) {
	t.Parallel()

	for _, destination := range kamal.Destinations() {
		config, _, err := kamal.Read("../../kamal", destination)
		require.NoError(t, err)

		web, worker := config.Servers["web"], config.Servers["worker"]
		require.Greater(t, time.Duration(web.StopTimeout)*time.Second, api.DrainTimeout)

		const setting = "ZEITWORK_WORKER_STOP_TIMEOUT"

		known, _ := lo.Find(variables(reflect.TypeFor[workerConfig]()), func(v variable) bool { return v.name == setting })

		stop, err := time.ParseDuration(cmp.Or(worker.Env.Clear[setting], known.fallback))
		require.NoError(t, err)
		require.Greater(t, time.Duration(worker.StopTimeout)*time.Second, stop+10*time.Second, "it hands over what it could not end")

		require.False(t, config.Proxy.Buffering["requests"] || config.Proxy.Buffering["responses"], "streams and long-polls are not held back")
		require.Greater(t, time.Duration(config.Proxy.ResponseTimeout)*time.Second, api.WriteTimeout, "long-polls end by themselves")
		require.True(t, strings.HasPrefix(config.Env.Clear["ZEITWORK_PUBLIC_URL"], "https://"+config.Proxy.Host))
	}
}
