package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/cmd/zeitwork/cli"
	"github.com/zeitwork/zeitwork/internal/secret"
)

func TestConfiguration_EveryVariableIsDocumented(t *testing.T) {
	t.Parallel()

	for _, c := range configurations() {
		found := variables(reflect.TypeOf(c.config))
		require.NotEmpty(t, found, c.command)

		for _, v := range found {
			require.True(t, strings.HasPrefix(v.name, "ZEITWORK_"), v.name)
			require.NotEmpty(t, v.doc, "%s of %s", v.name, c.command)
			require.True(t, strings.HasSuffix(v.doc, "."), "%s of %s: its documentation is a sentence", v.name, c.command)
		}
	}
}

func TestConfiguration_OneVariable_IsDeclaredInOnePlace(t *testing.T) {
	t.Parallel()

	known := map[string]reflect.Type{}

	var look func(config reflect.Type)

	look = func(config reflect.Type) {
		for field := range config.Fields() {
			tag, ok := field.Tag.Lookup("env")
			if !ok && field.Type.Kind() == reflect.Struct {
				look(field.Type)
			}

			if !ok {
				continue
			}

			name, _, _ := strings.Cut(tag, ",")
			if before, again := known[name]; again {
				require.Equal(t, before, config, "%s is declared in two places: what several services read stands in internal/setting", name)
			}

			known[name] = config
		}
	}

	for _, c := range configurations() {
		// Users' commands are another program, on another machine: for them an address of the platform is optional.
		if c.config != (cli.Environment{}) {
			look(reflect.TypeOf(c.config))
		}
	}
}

func TestConfiguration_EveryVariableIsListedOncePerCommand(t *testing.T) {
	t.Parallel()

	for _, c := range configurations() {
		names := lo.Map(variables(reflect.TypeOf(c.config)), func(v variable, _ int) string { return v.name })
		require.Empty(t, lo.FindDuplicates(names), c.command)
	}
}

func TestConfiguration_SecretsAreReadAndNotInherited(t *testing.T) {
	key := secret.GenerateKey()

	t.Setenv("ZEITWORK_SECRET_KEY", key.Encode())
	t.Setenv("ZEITWORK_DATABASE_URL", "postgres://localhost/x")
	t.Setenv("ZEITWORK_REGISTRY_HOST", "127.0.0.1:5000")
	t.Setenv("ZEITWORK_BUILDKIT_ADDRESS", "unix:///run/buildkit.sock")

	config, err := configuration[workerConfig]()
	require.NoError(t, err)
	require.Equal(t, key, config.SecretKey)

	_, err = configuration[workerConfig]()
	require.ErrorContains(t, err, "ZEITWORK_SECRET_KEY")
}

// TestConfiguration_EveryVariableIsRead: the package env passes over what it cannot set without a word, such as an embedded struct whose type is not
// exported.
func TestConfiguration_EveryVariableIsRead(t *testing.T) {
	t.Parallel()

	var check func(t *testing.T, command string, config reflect.Value)

	check = func(t *testing.T, command string, config reflect.Value) {
		t.Helper()

		for field := range config.Type().Fields() {
			value := config.FieldByIndex(field.Index)
			require.True(t, value.CanSet(), "%s of zeitwork %s", field.Name, command)

			if _, isVariable := field.Tag.Lookup("env"); !isVariable && value.Kind() == reflect.Struct {
				check(t, command, value)
			}
		}
	}

	for _, c := range configurations() {
		check(t, c.command, reflect.New(reflect.TypeOf(c.config)).Elem())
	}
}
