package source

import (
	"bytes"

	"golang.org/x/text/encoding/unicode"

	"github.com/zeitwork/zeitwork/internal/problem"
)

// The marks that a text begins with where an editor or PowerShell puts one there. They say how the text is encoded.
var (
	markUTF8    = []byte("\xef\xbb\xbf")
	marksUTF16  = [][]byte{[]byte("\xff\xfe"), []byte("\xfe\xff")}
	decodeUTF16 = unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM)
)

// isUTF16 tells whether a text begins with the byte order mark of UTF-16.
func isUTF16(content []byte) bool {
	return bytes.HasPrefix(content, marksUTF16[0]) || bytes.HasPrefix(content, marksUTF16[1])
}

// decode returns a text in UTF-8 without a byte order mark.
func decode(content []byte) []byte {
	if isUTF16(content) {
		if decoded, err := decodeUTF16.NewDecoder().Bytes(content); err == nil {
			return decoded
		}
	}

	return bytes.TrimPrefix(content, markUTF8)
}

// checkUTF8 returns an error of the user's for a text in UTF-16, which the tools of the build do not read though detection does.
func checkUTF8(name string, content []byte) error {
	if !isUTF16(content) {
		return nil
	}

	return problem.New(problem.Invalid, "%s is written in UTF-16, as PowerShell writes what > redirects, and the tools that read it want UTF-8. "+
		"Save it as UTF-8 and commit it.", name)
}
