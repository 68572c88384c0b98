package php

import (
	"testing"

	"github.com/Masterminds/semver/v3"
	"github.com/stretchr/testify/require"
)

func TestParseConstraint_MeansWhatComposerMeans(t *testing.T) {
	t.Parallel()

	for text, test := range map[string]struct{ in, out []string }{
		"^8.1":             {[]string{"8.1.0", "8.4.28"}, []string{"8.0.30", "9.0.0"}},
		"~8.2":             {[]string{"8.2.0", "8.4.28"}, []string{"8.1.9", "9.0.0"}},
		"~8.2.0":           {[]string{"8.2.29"}, []string{"8.3.0"}},
		"~8":               {[]string{"8.0.0", "8.4.0"}, []string{"9.0.0"}},
		"8.*":              {[]string{"8.0.0", "8.4.0"}, []string{"7.4.0", "9.0.0"}},
		"8.2.*":            {[]string{"8.2.29"}, []string{"8.3.0"}},
		"8.2":              {[]string{"8.2.0"}, []string{"8.2.1", "8.3.0"}},
		"v8.2.1":           {[]string{"8.2.1"}, []string{"8.2.2"}},
		"^7.4|^8.0":        {[]string{"7.4.1", "8.4.0"}, []string{"7.3.0", "9.0.0"}},
		"^7.4 || ^8.0":     {[]string{"7.4.1", "8.4.0"}, []string{"7.3.0", "9.0.0"}},
		">=8.1 <8.4":       {[]string{"8.1.0", "8.3.9"}, []string{"8.4.0"}},
		">=8.1,<8.4":       {[]string{"8.1.0", "8.3.9"}, []string{"8.4.0"}},
		">= 8.1, < 8.4":    {[]string{"8.1.0", "8.3.9"}, []string{"8.4.0"}},
		"<=8.2":            {[]string{"8.2.0"}, []string{"8.2.1"}},
		">8.2":             {[]string{"8.2.1", "8.4.0"}, []string{"8.2.0"}},
		"<8.4-dev":         {[]string{"8.3.9"}, []string{"8.4.1"}},
		">=8.2@stable":     {[]string{"8.2.0"}, []string{"8.1.0"}},
		"8.1 - 8.3":        {[]string{"8.1.0", "8.3.28"}, []string{"8.0.0", "8.4.0"}},
		"8.1.0 - 8.3.0":    {[]string{"8.3.0"}, []string{"8.3.1"}},
		"*":                {[]string{"5.6.0", "8.4.0"}, nil},
		">=7.2.5 !=8.3.1":  {[]string{"8.3.2"}, []string{"8.3.1"}},
		">=7.2.5 <>8.3.1":  {[]string{"8.3.2"}, []string{"8.3.1"}},
		"7.1.* || >=8.2":   {[]string{"7.1.9", "8.2.0"}, []string{"7.2.0"}},
		"^8.2.0.0":         {[]string{"8.2.0", "8.4.0"}, []string{"9.0.0"}},
		"==8.4.1":          {[]string{"8.4.1"}, []string{"8.4.2"}},
		"~8.1.0 || ~8.2.0": {[]string{"8.1.5", "8.2.5"}, []string{"8.3.0"}},
	} {
		constraint, err := parseConstraint(text)
		require.NoError(t, err, text)

		for _, version := range test.in {
			require.True(t, constraint.Check(semver.MustParse(version)), "%s has %s", text, version)
		}

		for _, version := range test.out {
			require.False(t, constraint.Check(semver.MustParse(version)), "%s has not %s", text, version)
		}
	}
}

func TestParseConstraint_Nonsense_IsAnError(t *testing.T) {
	t.Parallel()

	for _, text := range []string{"", "eight", ">=", "dev-master"} {
		_, err := parseConstraint(text)
		require.Error(t, err, text)
	}
}
