package workflows

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/database"
)

func TestWantedPort_IsTheSettingElseTheVariable(t *testing.T) {
	t.Parallel()

	for value, want := range map[string]int{"3000": 3000, "": 0, "0": 0, "x": 0, "65536": 0} {
		require.Equal(t, want, wantedPort(database.Project{}, map[string]string{"PORT": value}), value)
		require.Equal(t, 5000, wantedPort(database.Project{Port: new(int32(5000))}, map[string]string{"PORT": value}), value)
	}
}
