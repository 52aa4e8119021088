"""What does MJML allow? Its elements, what may stand in each, their attributes' kinds.

As the official compiler 5.4 has them (mjml-preset-core, mjml-validator, MIT licence), in its
own notation: `unit(px,%){1,4}`, `enum(left,right)`. An attribute without a kind is any text;
`padding` and `ico-padding` have their four sides. A test holds this against the package itself.
"""

import re
from collections.abc import Mapping

_ATTRIBUTES = """
mjml: dir lang owa
mj-accordion: border container-background-color=color font-family
    icon-align=enum(top,middle,bottom) icon-height=unit(px,%) icon-position=enum(left,right)
    icon-unwrapped-alt icon-unwrapped-url icon-width=unit(px,%) icon-wrapped-alt
    icon-wrapped-url padding=unit(px,%){1,4}
mj-accordion-element: background-color=color border font-family
    icon-align=enum(top,middle,bottom) icon-height=unit(px,%) icon-position=enum(left,right)
    icon-unwrapped-alt icon-unwrapped-url icon-width=unit(px,%) icon-wrapped-alt
    icon-wrapped-url
mj-accordion-text: background-color=color color=color font-family font-size=unit(px) font-weight
    letter-spacing=unitWithNegative(px,em) line-height=unit(px,%,) padding=unit(px,%){1,4}
mj-accordion-title: background-color=color color=color font-family font-size=unit(px)
    font-weight padding=unit(px,%){1,4}
mj-attributes:
mj-body: background-color=color id width=unit(px)
mj-breakpoint: width=unit(px)
mj-button: align=enum(left,center,right) background-color=color border border-bottom border-left
    border-radius border-right border-top color=color container-background-color=color
    font-family font-size=unit(px) font-style font-weight height=unit(px,%) href
    inner-padding=unit(px,%){1,4} letter-spacing=unitWithNegative(px,em) line-height=unit(px,%,)
    name padding=unit(px,%){1,4} rel target text-align=enum(left,right,center) text-decoration
    text-transform title vertical-align=enum(top,bottom,middle) width=unit(px,%)
mj-carousel: align=enum(left,center,right) border-radius container-background-color=color
    icon-width=unit(px,%) left-icon padding=unit(px,%){1,4} right-icon tb-border
    tb-border-radius tb-hover-border-color=color tb-selected-border-color=color
    tb-width=unit(px,%) thumbnails=enum(visible,hidden,supported)
mj-carousel-image: alt border-radius href rel src target tb-border tb-border-radius
    thumbnails-src title
mj-column: background-color=color border border-bottom border-left border-radius border-right
    border-top direction=enum(ltr,rtl) inner-background-color=color inner-border
    inner-border-bottom inner-border-left inner-border-radius inner-border-right
    inner-border-top padding=unit(px,%){1,4} vertical-align=enum(top,bottom,middle)
    width=unit(px,%)
mj-divider: align=enum(left,center,right) border-color=color border-style border-width=unit(px)
    container-background-color=color padding=unit(px,%){1,4} width=unit(px,%)
mj-font: href name
mj-group: background-color=color direction=enum(ltr,rtl) vertical-align=enum(top,bottom,middle)
    width=unit(px,%)
mj-head:
mj-hero: background-color=color background-height=unit(px,%) background-position background-url
    background-width=unit(px,%) border-radius height=unit(px,%) inner-background-color=color
    inner-padding=unit(px,%){1,4}
    inner-padding-bottom=unit(px,%) inner-padding-left=unit(px,%) inner-padding-right=unit(px,%)
    inner-padding-top=unit(px,%)
    mode padding=unit(px,%){1,4}
    vertical-align=enum(top,bottom,middle)
mj-html-attributes:
mj-image: align=enum(left,center,right) alt border border-bottom border-left border-radius
    border-right border-top container-background-color=color fluid-on-mobile=boolean
    font-size=unit(px) height=unit(px,auto) href max-height=unit(px,%) name
    padding=unit(px,%){1,4} rel sizes src srcset target title usemap width=unit(px)
mj-navbar: align=enum(left,center,right) base-url hamburger ico-align=enum(left,center,right)
    ico-close ico-color=color ico-font-family ico-font-size=unit(px,%)
    ico-line-height=unit(px,%,) ico-open ico-padding=unit(px,%){1,4} ico-text-decoration
    ico-text-transform padding=unit(px,%){1,4}
mj-navbar-link: color=color font-family font-size=unit(px) font-style font-weight href
    letter-spacing=unitWithNegative(px,em) line-height=unit(px,%,) name padding=unit(px,%){1,4}
    rel target text-decoration text-transform
mj-preview:
mj-raw: position=enum(file-start)
mj-section: background-color=color background-position background-position-x
    background-position-y background-repeat=enum(repeat,no-repeat) background-size
    background-url border border-bottom border-left border-radius border-right border-top
    direction=enum(ltr,rtl) full-width=enum(full-width,false,) gutter=unit(px,%)
    padding=unit(px,%){1,4} text-align=enum(left,center,right) text-padding=unit(px,%){1,4}
mj-social: align=enum(left,right,center) border border-radius color=color
    container-background-color=color font-family font-size=unit(px) font-style font-weight
    icon-height=unit(px,%) icon-padding=unit(px,%){1,4} icon-size=unit(px,%)
    inner-padding=unit(px,%){1,4} line-height=unit(px,%,) mode=enum(horizontal,vertical)
    padding=unit(px,%){1,4} table-layout=enum(auto,fixed) text-decoration
    text-padding=unit(px,%){1,4} vertical-align=enum(top,bottom,middle)
mj-social-element: align=enum(left,center,right) alt background-color=color border border-radius
    color=color font-family font-size=unit(px) font-style font-weight href
    icon-height=unit(px,%) icon-padding=unit(px,%){1,4} icon-position=enum(left,right)
    icon-size=unit(px,%) line-height=unit(px,%,) name padding=unit(px,%){1,4} rel sizes src
    srcset target text-decoration text-padding=unit(px,%){1,4} title
    vertical-align=enum(top,middle,bottom)
mj-spacer: border border-bottom border-left border-right border-top
    container-background-color=color height=unit(px,%) padding=unit(px,%){1,4}
mj-style: inline
mj-table: align=enum(left,right,center) border cellpadding=integer cellspacing=integer
    color=color container-background-color=color font-family font-size=unit(px) font-weight
    line-height=unit(px,%,) padding=unit(px,%){1,4} role=enum(none,presentation)
    table-layout=enum(auto,fixed,initial,inherit) vertical-align=enum(top,bottom,middle)
    width=unit(px,%,auto)
mj-text: align=enum(left,right,center,justify) background-color=color color=color
    container-background-color=color font-family font-size=unit(px) font-style font-weight
    height=unit(px,%) letter-spacing=unitWithNegative(px,em) line-height=unit(px,%,)
    padding=unit(px,%){1,4} text-decoration text-transform
    vertical-align=enum(top,bottom,middle)
mj-title:
mj-wrapper: background-color=color background-position background-position-x
    background-position-y background-repeat=enum(repeat,no-repeat) background-size
    background-url border border-bottom border-left border-radius border-right border-top
    direction=enum(ltr,rtl) full-width=enum(full-width,false,) gap=unit(px) gutter=unit(px,%)
    padding=unit(px,%){1,4} text-align=enum(left,center,right) text-padding=unit(px,%){1,4}
"""
_INSIDE = """
mjml: mj-body mj-head mj-raw
mj-accordion: mj-accordion-element mj-raw
mj-accordion-element: mj-accordion-title mj-accordion-text mj-raw
mj-body: mj-raw mj-section mj-wrapper mj-hero
mj-carousel: mj-carousel-image
mj-column: mj-accordion mj-button mj-carousel mj-divider mj-image mj-raw mj-social mj-spacer
    mj-table mj-text mj-navbar
mj-html-attributes: mj-selector
mj-group: mj-column mj-raw
mj-head: mj-attributes mj-breakpoint mj-html-attributes mj-font mj-preview mj-style mj-title
    mj-raw
mj-hero: mj-accordion mj-button mj-carousel mj-divider mj-image mj-social mj-spacer mj-table
    mj-text mj-navbar mj-raw
mj-navbar: mj-navbar-link mj-raw
mj-section: mj-column mj-group mj-raw
mj-selector: mj-html-attribute
mj-social: mj-social-element mj-raw
mj-wrapper: mj-hero mj-raw mj-section
"""
_ENDING = """
mj-accordion-text mj-accordion-title mj-breakpoint mj-button mj-carousel-image mj-navbar-link
mj-preview mj-raw mj-social-element mj-style mj-table mj-text mj-title
"""
ENDING = frozenset(_ENDING.split())
"""Elements that hold HTML, which MJML takes as it is."""
_COLOURS = """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet
brown burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan
darkblue darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen
darkorange darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey
darkturquoise darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite
forestgreen fuchsia gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew
hotpink indianred indigo inherit ivory khaki lavender lavenderblush lawngreen lemonchiffon
lightblue lightcoral lightcyan lightgoldenrodyellow lightgray lightgreen lightgrey lightpink
lightsalmon lightseagreen lightskyblue lightslategray lightslategrey lightsteelblue lightyellow
lime limegreen linen magenta maroon mediumaquamarine mediumblue mediumorchid mediumpurple
mediumseagreen mediumslateblue mediumspringgreen mediumturquoise mediumvioletred midnightblue
mintcream mistyrose moccasin navajowhite navy oldlace olive olivedrab orange orangered orchid
palegoldenrod palegreen paleturquoise palevioletred papayawhip peachpuff peru pink plum
powderblue purple rebeccapurple red rosybrown royalblue saddlebrown salmon sandybrown seagreen
seashell sienna silver skyblue slateblue slategray slategrey snow springgreen steelblue tan teal
thistle tomato transparent turquoise violet wheat white whitesmoke yellow yellowgreen
"""
COLOURS = frozenset(_COLOURS.split())
"""Names of colours."""
EVERYWHERE = frozenset({"css-class", "mj-class"})


def _read(table: str) -> Mapping[str, list[str]]:
    rows = re.sub(r"\n +", " ", table).strip().splitlines()
    return {name: words.split() for name, _, words in (row.partition(":") for row in rows)}


def _kinds(words: list[str]) -> dict[str, str]:
    kinds = {name: kind or "string" for name, _, kind in (word.partition("=") for word in words)}
    sides = {
        f"{name}-{side}": "unit(px,%)"
        for name in kinds
        if name in ("padding", "ico-padding")
        for side in ("top", "right", "bottom", "left")
    }
    return kinds | sides


ATTRIBUTES = {name: _kinds(words) for name, words in _read(_ATTRIBUTES).items()}
"""Element → attribute → kind."""
INSIDE = {name: frozenset(words) for name, words in _read(_INSIDE).items()}
"""Element → what may stand straight in it."""
