package jsconfig

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// kind is an alias, so that not every switch has to name all of them.
type kind = int

const (
	unknown kind = iota
	undefined
	null
	boolean
	number
	text
	object
	array
	function
	// imported is what a module exports under a name.
	imported
	// called is what a function of another module returned, or the object that it made.
	called
	// choice is one of several values. Which one depends on what is not known.
	choice
	// environment is process.env.
	environment
)

// Value is what an expression comes to.
type Value struct {
	kind kind
	// text is the value of a string or a number, and the name of what is imported.
	text string
	is   bool
	// module is where something is imported from.
	module string
	fields *fields
	// items are those of an array, the arguments of what was called, or the values to choose from.
	items  []Value
	callee *Value
	// function and scope are a function and what stands around it.
	function *js.FuncDecl
	scope    *scope
}

// fields are those of an object. Variables that hold the same object share them.
type fields struct {
	byName map[string]Value
	// open says that there may be others, or that others may have replaced these.
	open bool
}

func ofText(value string) Value { return Value{kind: text, text: value} }

func ofBool(value bool) Value { return Value{kind: boolean, is: value} }

func newObject() Value { return Value{kind: object, fields: &fields{byName: map[string]Value{}}} }

// Object is an object with those texts, for the arguments of a configuration that is a function.
func Object(texts map[string]string) Value {
	made := newObject()
	for name, value := range texts {
		made.fields.byName[name] = ofText(value)
	}

	return made
}

// Text is a value that is a string.
func Text(value string) Value { return ofText(value) }

// Text returns the value of a string; false for all else.
func (v Value) Text() (string, bool) { return v.text, v.kind == text }

// TextOr returns the value of a string, or another where the value is something else.
func (v Value) TextOr(other string) string {
	if v.kind == text {
		return v.text
	}

	return other
}

// IsFalse tells whether the value is the boolean false.
func (v Value) IsFalse() bool { return v.kind == boolean && !v.is }

// IsUnset tells whether there is no value: undefined, null or false.
func (v Value) IsUnset() bool { return v.kind == undefined || v.kind == null || v.IsFalse() }

// IsUnknown tells whether the value depends on what the text does not tell.
func (v Value) IsUnknown() bool {
	return slices.Contains([]kind{unknown, choice, environment, imported, called}, v.kind)
}

// MayBe tells whether a value may be that string: it is, or it is unknown.
func (v Value) MayBe(value string) bool {
	switch v.kind {
	case text:
		return v.text == value
	case choice:
		return slices.ContainsFunc(v.items, func(item Value) bool { return item.MayBe(value) })
	default:
		return v.IsUnknown()
	}
}

// Module is the module whose function made the value; empty for values that no such function made.
func (v Value) Module() string {
	switch {
	case v.kind == imported:
		return v.module
	case v.kind == called && v.callee != nil:
		return v.callee.Module()
	default:
		return ""
	}
}

// Argument is an argument of the function that made the value.
func (v Value) Argument(index int) Value {
	if v.kind == called && index < len(v.items) {
		return v.items[index]
	}

	return Value{kind: undefined}
}

// Items are those of an array. What is unknown has none.
func (v Value) Items() []Value {
	if v.kind == array {
		return v.items
	}

	return nil
}

// At returns what stands below the names, each inside the one before.
func (v Value) At(names ...string) Value {
	for _, name := range names {
		v = v.field(name)
	}

	return v
}

func (v Value) field(name string) Value {
	switch v.kind {
	case object:
		found, ok := v.fields.byName[name]
		if !ok && v.fields.open {
			return Value{}
		}

		if !ok {
			return Value{kind: undefined}
		}

		return found
	case imported:
		if v.text == "*" || name == "default" {
			return Value{kind: imported, module: v.module, text: name}
		}

		return Value{kind: imported, module: v.module, text: v.text + "." + name}
	case choice:
		return join(mapValues(v.items, func(item Value) Value { return item.field(name) })...)
	case undefined, null:
		return Value{kind: undefined}
	default:
		return Value{}
	}
}

func mapValues(values []Value, change func(Value) Value) []Value {
	changed := make([]Value, len(values))
	for i, value := range values {
		changed[i] = change(value)
	}

	return changed
}

// maxChoice bounds how many values are kept to choose from.
const maxChoice = 8

// join is one of the values.
func join(values ...Value) Value {
	all := []Value{}

	for _, value := range values {
		if value.kind == unknown {
			return Value{}
		}

		options := []Value{value}
		if value.kind == choice {
			options = value.items
		}

		for _, option := range options {
			if !slices.ContainsFunc(all, func(known Value) bool { return same(known, option) }) {
				all = append(all, option)
			}
		}
	}

	switch {
	case len(all) == 1:
		return all[0]
	case len(all) == 0 || len(all) > maxChoice:
		return Value{}
	default:
		return Value{kind: choice, items: all}
	}
}

// same tells whether two values are surely the same.
func same(a, b Value) bool {
	switch {
	case a.kind != b.kind:
		return false
	case a.kind == undefined || a.kind == null:
		return true
	case a.kind == boolean:
		return a.is == b.is
	case a.kind == text || a.kind == number:
		return a.text == b.text
	case a.kind == object:
		return a.fields == b.fields
	default:
		return false
	}
}

// truth is what a condition makes of a value; false in the second place where that is unknown.
func (v Value) truth() (truth, known bool) {
	switch v.kind {
	case undefined, null:
		return false, true
	case boolean:
		return v.is, true
	case text:
		return v.text != "", true
	case number:
		return strings.Trim(v.text, "0.") != "", true
	case object, array, function, imported, called, environment:
		return true, v.kind != called && v.kind != imported
	case choice:
		first, known := v.items[0].truth()
		for _, item := range v.items[1:] {
			if other, ok := item.truth(); !ok || other != first {
				return false, false
			}
		}

		return first, known
	default:
		return false, false
	}
}
