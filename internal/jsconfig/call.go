package jsconfig

import (
	"github.com/samber/lo"
	"github.com/tdewolff/parse/v2/js"
)

// maxCalls is how deep functions may call each other.
const maxCalls = 24

func (s *scope) arguments(list js.Args) []Value {
	return lo.Map(list.List, func(argument js.Arg, _ int) Value {
		value := s.eval(argument.Value)
		if argument.Rest {
			return Value{}
		}

		return value
	})
}

func (s *scope) call(expression *js.CallExpr) Value {
	if variable, ok := expression.X.(*js.Var); ok && s.find(string(variable.Name())) == nil {
		return s.callGlobal(string(variable.Name()), s.arguments(expression.Args))
	}

	if member, ok := expression.X.(*js.DotExpr); ok {
		owner, name := s.eval(member.X), nameOf(member.Y)
		if result, ok := s.method(owner, name, expression.Args); ok {
			return result
		}

		return s.apply(s.member(owner, name), s.arguments(expression.Args))
	}

	return s.apply(s.eval(expression.X), s.arguments(expression.Args))
}

// apply calls a function. What a function of another module makes of its arguments is not known, but which they were.
func (s *scope) apply(callee Value, arguments []Value) Value {
	switch callee.kind {
	case imported:
		if result, ok := s.standard(callee, arguments); ok {
			return result
		}

		return Value{kind: called, callee: &callee, items: arguments}
	case called:
		return Value{kind: called, callee: &callee, items: arguments}
	case undefined, null:
		return Value{kind: undefined}
	case function:
		return callee.call(arguments)
	case choice:
		return join(mapValues(callee.items, func(item Value) Value { return s.apply(item, arguments) })...)
	default:
		return Value{}
	}
}

// call works through the body of a function.
func (v Value) call(arguments []Value) Value {
	reader := v.scope.reader
	if reader.depth >= maxCalls || v.function.Generator {
		return Value{}
	}

	// Whether the function is called may be in doubt. What it returns then is not.
	doubt := reader.doubt
	reader.doubt = 0
	reader.depth++

	defer func() { reader.depth, reader.doubt = reader.depth-1, doubt }()

	inside := v.scope.inner()

	for i, parameter := range v.function.Params.List {
		value := Value{kind: undefined}
		if i < len(arguments) {
			value = arguments[i]
		}

		inside.bind(parameter.Binding, inside.orDefault(value, parameter.Default))
	}

	if rest, ok := v.function.Params.Rest.(*js.Var); ok {
		inside.declare(string(rest.Name()), Value{})
	}

	inside.run(v.function.Body.List)

	if !inside.ended {
		inside.returned = append(inside.returned, Value{kind: undefined})
	}

	return join(inside.returned...)
}

// config is the object that a framework takes from what a file exports: through the functions that take a configuration and return one, and from a
// function that makes it.
func (r *reader) config(value Value, depth int) Value {
	if depth > maxCalls {
		return Value{}
	}

	switch value.kind {
	case object:
		return value
	case function:
		return r.config(value.call(r.options.Arguments), depth+1)
	case choice:
		set := lo.Reject(value.items, func(item Value, _ int) bool { return item.IsUnset() })

		return join(mapValues(set, func(item Value) Value { return r.config(item, depth+1) })...)
	case called:
		if value.callee.text == "mergeConfig" || value.callee.text == "default.mergeConfig" || value.callee.text == "defu" {
			return r.merged(value.items, depth)
		}

		for _, argument := range value.items {
			if argument.kind == object || argument.kind == function || argument.kind == called || argument.kind == choice {
				return r.config(argument, depth+1)
			}
		}

		return Value{}
	default:
		return Value{}
	}
}

// merged is the configuration that several make together. Where two have objects of one name, these are merged, too.
func (r *reader) merged(values []Value, depth int) Value {
	made := newObject()

	for _, value := range values {
		if value = r.config(value, depth+1); value.kind != object {
			return Value{}
		}

		merge(made, value, 0)
	}

	return made
}

func merge(into, value Value, depth int) {
	into.fields.open = into.fields.open || value.fields.open

	for name, inside := range value.fields.byName {
		known := into.field(name)
		if known.kind == object && inside.kind == object && depth < maxCalls {
			both := newObject()
			merge(both, known, depth+1)
			merge(both, inside, depth+1)
			inside = both
		}

		into.fields.byName[name] = inside
	}
}
