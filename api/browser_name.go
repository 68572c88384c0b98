package api

import (
	"cmp"
	"strings"
)

// browserName says in a few words what a browser calls itself. What it does not know is shown as it is.
func browserName(userAgent string) string {
	// Each of them also calls itself by the names of those below it.
	browser := firstIn(userAgent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	system := firstIn(userAgent, [][2]string{
		{"iPhone", "an iPhone"}, {"iPad", "an iPad"}, {"Android", "Android"}, {"Mac OS X", "a Mac"}, {"Windows", "Windows"}, {"Linux", "Linux"},
	})

	if browser == "" || system == "" {
		return cmp.Or(userAgent, "A browser without a name")
	}

	return browser + " on " + system
}

// firstIn returns what stands for the first of the words that a text has.
func firstIn(text string, words [][2]string) string {
	for _, word := range words {
		if strings.Contains(text, word[0]) {
			return word[1]
		}
	}

	return ""
}
