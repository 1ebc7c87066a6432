// Package network reads lists of networks, and tells whether an address is in
// one of them.
package network

import (
	"fmt"
	"net/netip"
)

// List is networks. The zero prefix in it is any address.
type List []netip.Prefix

// Parse reads a network, an address, or *, which is the zero prefix.
func Parse(text string) (netip.Prefix, error) {
	if text == "*" {
		return netip.Prefix{}, nil
	}
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix.Masked(), nil
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is neither an address, nor a network such as 10.0.0.0/8, nor *", text)
	}
	return netip.PrefixFrom(addr, addr.BitLen()), nil
}

// ParseList reads a list, as Parse reads each of it.
func ParseList(texts []string) (List, error) {
	list := make(List, len(texts))
	for i, text := range texts {
		var err error
		if list[i], err = Parse(text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Has reports whether an address is in one of the networks.
func (l List) Has(addr netip.Addr) bool {
	for _, network := range l {
		if !network.IsValid() || network.Contains(addr) {
			return true
		}
	}
	return false
}

// Customer names what one customer has: of IPv6 a whole /64, else the address.
func Customer(addr netip.Addr) string {
	if addr.Is6() {
		return netip.PrefixFrom(addr, 64).Masked().String()
	}
	return addr.String()
}
