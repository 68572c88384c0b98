package secret

// Keys are the platform's key and, while it is being changed, the one before.
type Keys struct {
	Current Key
	// Previous is the zero key where there is none.
	Previous Key
}

// All returns the keys that there are, the current one first.
func (k Keys) All() []Key {
	if k.Previous.IsZero() {
		return []Key{k.Current}
	}

	return []Key{k.Current, k.Previous}
}
