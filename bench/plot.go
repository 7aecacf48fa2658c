package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
)

// A panel is one of the plot's pictures: seconds by a size, both on logarithmic axes, where what is
// linear is a line with a slope of 1.
type panel struct {
	x      string
	curves []curve
}

type curve struct {
	name   string
	points []point
}

type point struct{ x, y float64 }

// panels collects the curves of what was measured.
func panels(m *measurer) []panel {
	collect := func(name, pattern string, scale float64, sizes ...int) curve {
		c := curve{name: name}
		for _, n := range sizes {
			if s := m.samples[fmt.Sprintf(pattern, n)+sec]; len(s) > 0 {
				c.points = append(c.points, point{float64(n) * scale, summary(s).Center})
			}
		}
		return c
	}
	kB := []int{1, 6, 10, 100, 1000, 10_000}
	return []panel{
		{"cells", []curve{
			collect("session", "Session/%d", 1, 100, 1000, 10_000),
			collect("program", "Program/%d", 1, 100, 1000, 10_000),
		}},
		{"bytes", []curve{
			collect("cell target", "Edit/%dkB", 1000, kB...),
			collect("file target", "File/%dkB", 1000, kB...),
		}},
		{"outstanding results", []curve{
			collect("RunInReactor + Wait", "Outstanding/%d", 1, 1_000, 3_000, 10_000, 30_000, 100_000),
		}},
	}
}

// fit returns the a and b of y = a·x^b with the least squares of the logarithms.
func fit(points []point) (a, b float64) {
	var n, sx, sy, sxx, sxy float64
	for _, p := range points {
		x, y := math.Log(p.x), math.Log(p.y)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	b = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return math.Exp((sy - b*sx) / n), b
}

const (
	side   = 260. // of a panel's square
	left   = 70.
	top    = 40.
	bottom = 60.
)

var colours = []string{"#1f77b4", "#d62728"}

// plot returns the panels side by side, as SVG.
func plot(panels []panel) []byte {
	var b bytes.Buffer
	step := left + side + 20
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" font-family="sans-serif" font-size="12">`+"\n", step*float64(len(panels)), top+side+bottom)
	fmt.Fprint(&b, `<rect width="100%" height="100%" fill="white"/>`+"\n")
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%.0f,%.0f)">`+"\n", float64(i)*step+left, top)
		p.draw(&b)
		fmt.Fprint(&b, "</g>\n")
	}
	fmt.Fprint(&b, "</svg>\n")
	return b.Bytes()
}

func (p panel) draw(b *bytes.Buffer) {
	fmt.Fprintf(b, `<rect width="%.0f" height="%.0f" fill="none" stroke="black"/>`+"\n", side, side)
	fmt.Fprintf(b, `<text x="%.0f" y="%.0f" text-anchor="middle">%s</text>`+"\n", side/2, side+40, p.x)
	fmt.Fprintf(b, `<text transform="translate(-50,%.0f) rotate(-90)" text-anchor="middle">seconds</text>`+"\n", side/2)
	x0, x1, y0, y1 := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, c := range p.curves {
		for _, q := range c.points {
			x0, x1 = min(x0, q.x), max(x1, q.x)
			y0, y1 = min(y0, q.y), max(y1, q.y)
		}
	}
	if x0 >= x1 {
		fmt.Fprintf(b, `<text x="10" y="20">not measured</text>`+"\n")
		return
	}
	// The axes go from a power of ten to another.
	lx0, lx1 := math.Floor(math.Log10(x0)), math.Ceil(math.Log10(x1))
	ly0, ly1 := math.Floor(math.Log10(y0)), math.Ceil(math.Log10(y1))
	at := func(x, y float64) (float64, float64) {
		return (math.Log10(x) - lx0) / (lx1 - lx0) * side, side - (math.Log10(y)-ly0)/(ly1-ly0)*side
	}
	for e := lx0; e <= lx1; e++ {
		x := (e - lx0) / (lx1 - lx0) * side
		fmt.Fprintf(b, `<path d="M%.1f 0V%.0f" stroke="#ddd"/><text x="%.1f" y="%.0f" text-anchor="middle">%s</text>`+"\n", x, side, x, side+16, power(e))
	}
	for e := ly0; e <= ly1; e++ {
		y := side - (e-ly0)/(ly1-ly0)*side
		fmt.Fprintf(b, `<path d="M0 %.1fH%.0f" stroke="#ddd"/><text x="-6" y="%.1f" text-anchor="end">%s</text>`+"\n", y, side, y+4, power(e))
	}
	for i, c := range p.curves {
		if len(c.points) < 2 {
			continue
		}
		a, e := fit(c.points)
		line := func(x float64) string {
			px, py := at(x, a*math.Pow(x, e))
			return fmt.Sprintf("%.1f %.1f", px, py)
		}
		first, last := c.points[0].x, c.points[len(c.points)-1].x
		fmt.Fprintf(b, `<path d="M%sL%s" stroke="%s"/>`+"\n", line(first), line(last), colours[i])
		for _, q := range c.points {
			px, py := at(q.x, q.y)
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", px, py, colours[i])
		}
		fmt.Fprintf(b, `<text x="0" y="%.0f" fill="%s">%s: %.2g s · n^%.2f</text>`+"\n", -8-14*float64(i), colours[i], c.name, a, e)
	}
}

// power writes a power of ten as an axis does.
func power(e float64) string {
	digits := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")
	return "10" + digits.Replace(fmt.Sprintf("%.0f", e))
}
