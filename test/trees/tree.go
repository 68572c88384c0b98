package main

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/zeitwork/zeitwork/client"
)

// tree is a small repository, and what is right for it.
type tree struct {
	// name is that of its folder in testdata: a number, and what it is about.
	name string
	// source is where people have reported it: owner/repository#number.
	source string
	// right is a sentence on what the report says should happen.
	right string

	// folder holds its files where testdata does not.
	folder string
	// base is the example that the tree is laid over; most stand alone.
	base base
	// finish makes what the folder cannot hold; it is nil where the folder holds all.
	finish func(directory string) error
	// settings of the project are those without which the case is none.
	settings  client.CreateProjectInputBody
	variables map[string]string

	planned planned
	ends    end
}

// planned is what detection decides, without building anything.
type planned struct {
	// framework is that of the plan.
	framework string
	// says are texts that the plan has: in its reason, its notes, its arguments or its Dockerfile.
	says []string
	// silent are texts that it has not.
	silent []string
	// refused are the texts of the sentence with which detection refuses the source. The deployment then fails with the same.
	refused []string
	// open says what shows in the build or when the app runs, where detection alone does not show what is right.
	open string
}

// end is how a deployment ends.
type end struct {
	// path is asked for once it is live, and text is in the page. Both are empty for a deployment that fails.
	path, text string
	// fails are texts of the sentence with which it fails.
	fails []string
	// log are texts of its build log.
	log []string
}

func (t tree) number() string {
	number, _, _ := strings.Cut(t.name, "-")

	return number
}

// end is how the tree's deployment ends.
func (t tree) end() end {
	if len(t.planned.refused) > 0 {
		return end{fails: t.planned.refused}
	}

	return t.ends
}

// isOpen tells that nobody has said how the deployment ends.
func (e end) isOpen() bool { return e.text == "" && len(e.fails) == 0 }

// String says it in a few words.
func (e end) String() string {
	if e.isOpen() {
		return "a page, or a sentence that says what to do"
	}

	words := fmt.Sprintf("%s answers with %s", e.path, quoted(e.text))
	if len(e.fails) > 0 {
		words = "fails with " + quoted(e.fails...)
	}

	if len(e.log) > 0 {
		words += "; the log has " + quoted(e.log...)
	}

	return words
}

func quoted(texts ...string) string {
	return strings.Join(lo.Map(texts, func(text string, _ int) string { return "`" + text + "`" }), ", ")
}
