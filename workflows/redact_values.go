package workflows

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/zeitwork/zeitwork/activities/detect/buildplan"
)

const (
	// shortestSecret is the length below which a value is too common to be taken out of a text.
	shortestSecret = 4
	// shortestUnnamed is that length for variables whose name does not say that they are secret.
	shortestUnnamed = 8
	// shortestCoded is that length for values that stand coded in a text: the forms of shorter ones are too common.
	shortestCoded = 6
	// longestCoded bounds the values whose coded forms are looked for: a line of a log holds no longer one.
	longestCoded = 4 << 10
	// longestWord is the length from which a word may well be a password.
	longestWord = 24
)

// secretName matches the names of variables that hold secrets, however common their values.
var secretName = regexp.MustCompile(`(?i)PASS|PWD|SECRET|TOKEN|KEYS?($|_)|CREDENTIAL|AUTHORIZATION|PRIVATE|(^|_)(AUTH|CERT|DSN|PIN|SALT)($|_)`)

// ordinary matches what settings are made of and logs are full of: words (production, en_US.UTF-8, my-app), numbers and versions, booleans.
var ordinary = regexp.MustCompile(`^[A-Za-z]+([-_. ][A-Za-z]+)*(-[0-9]{1,2})?$|^v?[0-9]{1,5}(\.[0-9]{1,5})*$`)

// isSecret tells whether the value of a variable is taken out of what a build writes. What frameworks put into pages is not, nor are words that stand in
// logs for other reasons, unless the variable's name says that it holds a secret.
func isSecret(name, value string) bool {
	switch {
	case buildplan.IsPublicName(name):
		return false
	case secretName.MatchString(name):
		return len(value) >= shortestSecret
	default:
		return len(value) >= shortestUnnamed && (len(value) >= longestWord || !ordinary.MatchString(value))
	}
}

// codedForms returns how a value may look in what a program writes that encodes it: base64, percent signs, JSON, hexadecimal digits.
func codedForms(value string) []string {
	if len(value) < shortestCoded || len(value) > longestCoded {
		return nil
	}

	forms := []string{url.QueryEscape(value), url.PathEscape(value), hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value)))}

	for _, escapeHTML := range []bool{true, false} {
		text := &strings.Builder{}
		encoder := json.NewEncoder(text)
		encoder.SetEscapeHTML(escapeHTML)

		if err := encoder.Encode(value); err == nil {
			forms = append(forms, strings.Trim(text.String(), "\"\n"))
		}
	}

	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = append(forms, base64Forms(encoding, value)...)
	}

	// Percent signs may be followed by small letters, too.
	forms = append(forms, lowerPercents(forms[0]), lowerPercents(forms[1]))

	return slices.DeleteFunc(forms, func(form string) bool { return len(form) < shortestCoded || form == value })
}

// base64Forms returns what the base64 of a text has in it that holds the value: three bytes become four characters, so that there are three ways,
// and characters which hold bits of what stands beside the value are left out.
func base64Forms(encoding *base64.Encoding, value string) []string {
	const bytesOfGroup = 3

	forms := make([]string, 0, bytesOfGroup)

	for before := range bytesOfGroup {
		coded := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + value))

		if before > 0 {
			coded = coded[before+1:]
		}

		if (before+len(value))%bytesOfGroup != 0 {
			coded = coded[:len(coded)-1]
		}

		forms = append(forms, coded)
	}

	return forms
}

// percents are escaped bytes in a URL.
var percents = regexp.MustCompile(`%[0-9A-F]{2}`)

func lowerPercents(text string) string { return percents.ReplaceAllStringFunc(text, strings.ToLower) }
