// A line of the last values, drawn as SVG; gaps (null) are left out.
const POINTS = 60;
const SVG = "http://www.w3.org/2000/svg";

export class Sparkline {
  #values = [];
  #line = document.createElementNS(SVG, "path");
  #area = document.createElementNS(SVG, "path");

  constructor(svg) {
    svg.setAttribute("viewBox", `0 0 ${POINTS - 1} 100`);
    svg.setAttribute("preserveAspectRatio", "none");
    this.#area.setAttribute("class", "area");
    svg.append(this.#area, this.#line);
  }

  clear() {
    this.#values = [];
    this.#draw();
  }

  add(value) {
    this.#values.push(Number.isFinite(value) ? value : null);
    this.#values = this.#values.slice(-POINTS);
    this.#draw();
  }

  #draw() {
    const top = Math.max(...this.#values.filter(value => value !== null), 1e-9) * 1.1;
    const first = POINTS - this.#values.length;
    const points = this.#values
      .map((value, place) => value === null ? null : `${first + place} ${(100 - value / top * 98).toFixed(2)}`)
      .filter(point => point !== null);
    this.#line.setAttribute("d", points.length > 1 ? `M${points.join("L")}` : "");
    const [left, right] = points.length > 1 ? [points[0], points[points.length - 1]].map(point => point.split(" ")[0]) : [0, 0];
    this.#area.setAttribute("d", points.length > 1 ? `M${left} 100L${points.join("L")}L${right} 100Z` : "");
  }
}
