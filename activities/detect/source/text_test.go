package source_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/zeitwork/zeitwork/activities/detect/detecttest"
	"github.com/zeitwork/zeitwork/activities/detect/source"
)

func TestRead_HoweverATextIsWritten_IsUTF8WithoutItsMark(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		content string
		utf16   bool
	}{
		"plain":           {"22 ü", false},
		"a mark":          {"\xef\xbb\xbf22 ü", false},
		"by PowerShell":   {"\xff\xfe2\x002\x00 \x00\xfc\x00", true},
		"the other order": {"\xfe\xff\x002\x002\x00 \x00\xfc", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			tree := detecttest.OpenTree(t, map[string]string{"file": test.content})
			content, err := source.Read(tree, "file")
			require.NoError(t, err)
			require.Equal(t, "22 ü", string(content))

			for _, read := range []func() ([]byte, error){
				func() ([]byte, error) { return source.ReadUTF8(tree, "file") }, func() ([]byte, error) { return source.ReadLockfile(tree, "file") },
			} {
				content, err := read()
				if test.utf16 {
					detecttest.RequireUsers(t, err, "file is written in UTF-16", "Save it as UTF-8")
				} else {
					require.NoError(t, err)
					require.Equal(t, "22 ü", string(content))
				}
			}
		})
	}
}
