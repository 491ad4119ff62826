/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const engraveShader = `
var<private> SLOTS: array<i32, 32>;

fn low16(a: i32) -> i32 { return (a << 16u) >> 16u; }
fn halves16(low: i32, high: i32) -> i32 { return (low & 0xffff) | (high << 16u); }
fn dot16(a: i32, b: i32) -> i32 { return low16(a) * low16(b) + (a >> 16u) * (b >> 16u); }
fn sub16(a: i32, b: i32) -> i32 { return halves16(a - b, (a >> 16u) - (b >> 16u)); }
fn min16(a: i32, b: i32) -> i32 { return halves16(min(low16(a), low16(b)), min(a >> 16u, b >> 16u)); }
fn mul16(a: i32, b: i32) -> i32 {
  return halves16((low16(a) * low16(b) + 0x4000) >> 15u, ((a >> 16u) * (b >> 16u) + 0x4000) >> 15u);
}
fn shl16(a: i32, n: i32) -> i32 { return halves16(a << u32(n), (a >> 16u) << u32(n)); }
fn shr16(a: i32, n: i32) -> i32 { return halves16(low16(a) >> u32(n), (a >> 16u) >> u32(n)); }

fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn splineIn_(nodes_0: i32, k_1: i32, fx_2: i32, fy_3: i32) -> i32 {
  var nodesAt_4: i32 = memory[(nodes_0) >> 2u];
  var left_5: i32 = ((((128) - (fx_2))) * (((128) - (fx_2))));
  var right_6: i32 = ((fx_2) * (fx_2));
  var middle_7: i32 = ((((32768) - (left_5))) - (right_6));
  var a_8: i32 = ((((((((left_5) * (memory[(((nodesAt_4) + (((k_1) << u32(2))))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (4))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (8))) >> 2u]))))) >> u32(12));
  var b_9: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (588))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (592))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (596))) >> 2u]))))) >> u32(12));
  var c_10: i32 = ((((((((left_5) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1176))) >> 2u]))) + (((middle_7) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1180))) >> 2u]))))) + (((right_6) * (memory[(((((nodesAt_4) + (((k_1) << u32(2))))) + (1184))) >> 2u]))))) >> u32(12));
  var top_11: i32 = ((((((128) - (fy_3))) * (((128) - (fy_3))))) >> u32(3));
  var bottom_12: i32 = ((((fy_3) * (fy_3))) >> u32(3));
  return ((((((((top_11) * (a_8))) + (((((((4096) - (top_11))) - (bottom_12))) * (b_9))))) + (((bottom_12) * (c_10))))) >> u32(12));
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  return splineIn_(nodes_3, ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1)), ((u_6) & (127)), ((v_7) & (127)));
}

fn fadeOf_(t_0: i32) -> i32 {
  var square_1: i32 = dot16(t_0, t_0);
  var cube_2: i32 = ((dot16(((square_1) >> u32(13)), t_0)) >> u32(13));
  var rest_3: i32 = ((((((((((((square_1) << u32(2))) + (((square_1) << u32(1))))) >> u32(13))) - (((t_0) << u32(4))))) + (t_0))) + (81920));
  return ((((cube_2) * (rest_3))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn noiseOf_(cellX_0: i32, cellY_1: i32, seed_2: i32, fx_3: i32, fy_4: i32) -> i32 {
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((cellX_0) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((cellY_1) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var place_13: i32 = ((fx_3) | (((fy_4) << u32(16))));
  var a_14: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], place_13)) >> u32(12));
  var b_15: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (top_11)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 8192))) >> u32(12));
  var c_16: i32 = ((dot16(memory[(((72) + (((((finish_(((left_7) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536870912))) >> u32(12));
  var d_17: i32 = ((dot16(memory[(((72) + (((((finish_(((right_8) ^ (bottom_12)))) & (15))) << u32(2))))) >> 2u], sub16(place_13, 536879104))) >> u32(12));
  var ab_18: i32 = ((a_14) + (((dot16(((b_15) - (a_14)), u_5)) >> u32(13))));
  var cd_19: i32 = ((c_16) + (((dot16(((d_17) - (c_16)), u_5)) >> u32(13))));
  var n_20: i32 = ((ab_18) + (((dot16(((cd_19) - (ab_18)), v_6)) >> u32(13))));
  return ((((((n_20) << u32(1))) + (n_20))) >> u32(1));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  return noiseOf_(((x_0) >> u32(13)), ((y_1) >> u32(13)), seed_2, ((x_0) & (8191)), ((y_1) & (8191)));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn equalise_(quantiles_0: i32, v_1: i32) -> i32 {
  var quantilesAt_2: i32 = memory[(quantiles_0) >> 2u];
  var low_3: i32 = 0;
  {
    var half_4: i32 = 32;
    loop {
      if (!(((half_4) > (0)))) { break; }
      low_3 = ((low_3) + (select(0, half_4, ((memory[(((quantilesAt_2) + (((((low_3) + (half_4))) << u32(2))))) >> 2u]) <= (v_1)))));
      continuing {
        half_4 = ((half_4) >> u32(1));
      }
    }
  }
  var share_5: i32 = ((((low_3) << u32(7))) + (((((((v_1) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))) << u32(7))) / (((memory[(((((quantilesAt_2) + (((low_3) << u32(2))))) + (4))) >> 2u]) - (memory[(((quantilesAt_2) + (((low_3) << u32(2))))) >> 2u]))))));
  return select(select(share_5, 8191, ((v_1) >= (memory[(((quantilesAt_2) + (256))) >> 2u]))), 0, ((v_1) <= (memory[(quantilesAt_2) >> 2u])));
}

fn isTinted_(cut_0: i32, x_1: i32, y_2: i32, ragged_3: i32) -> bool {
  if (((memory[(((cut_0) + (96))) >> 2u]) == (0))) {
    return ((0) != (0));
  }
  if (((memory[(((cut_0) + (96))) >> 2u]) == (2))) {
    return ((equalise_(((cut_0) + (256)), fieldAt_(((cut_0) + (184)), x_1, y_2))) > (((8192) - (memory[(((cut_0) + (112))) >> 2u]))));
  }
  var dx_4: i32 = ((((x_1) - (memory[(((cut_0) + (100))) >> 2u]))) + (ragged_3));
  var dy_5: i32 = ((y_2) - (memory[(((cut_0) + (104))) >> 2u]));
  return ((((((dx_4) * (dx_4))) + (((dy_5) * (dy_5))))) < (((memory[(((cut_0) + (108))) >> 2u]) * (memory[(((cut_0) + (108))) >> 2u]))));
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
}

fn root_(n_0: i32) -> i32 {
  var rest_1: i32 = n_0;
  var result_2: i32 = 0;
  {
    var bit_3: i32 = 1073741824;
    loop {
      if (!(((bit_3) != (0)))) { break; }
      var trial_4: i32 = ((result_2) + (bit_3));
      result_2 = ((result_2) >> u32(1));
      if (((rest_1) >= (trial_4))) {
        rest_1 = ((rest_1) - (trial_4));
        result_2 = ((result_2) + (bit_3));
      }
      continuing {
        bit_3 = bitcast<i32>(bitcast<u32>(bit_3) >> u32(2));
      }
    }
  }
  return result_2;
}

fn alongCourse_(course_0: i32, x_1: i32, y_2: i32) -> i32 {
  if (((memory[(course_0) >> 2u]) != (0))) {
    return ((mul_(x_1, memory[(((course_0) + (4))) >> 2u])) + (mul_(y_2, memory[(((course_0) + (8))) >> 2u])));
  }
  var dx_3: i32 = ((x_1) - (memory[(((course_0) + (12))) >> 2u]));
  var dy_4: i32 = ((y_2) - (memory[(((course_0) + (16))) >> 2u]));
  return root_(((((dx_3) * (dx_3))) + (((dy_4) * (dy_4)))));
}

fn triangle_(phase_0: i32) -> i32 {
  var p_1: i32 = ((phase_0) & (8191));
  return select(((((8192) - (p_1))) * (2)), ((p_1) * (2)), ((p_1) < (4096)));
}

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn lineAt_(width_0: i32, phase_1: i32) -> i32 {
  return select(step_(i32(-60), 460, ((((width_0) - (8192))) + (triangle_(phase_1)))), 0, ((width_0) <= (0)));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var colourAt_3: i32 = memory[(colour_1) >> 2u];
  var L_4: i32 = (*out_0)[0];
  var a_5: i32 = (*out_0)[1];
  var b_6: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_4) + (((((((memory[(colourAt_3) >> 2u]) - (L_4))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_5) + (((((((memory[(((colourAt_3) + (4))) >> 2u]) - (a_5))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_6) + (((((((memory[(((colourAt_3) + (8))) >> 2u]) - (b_6))) * (t_2))) >> u32(13))));
}

fn shadeEngrave3_(cut_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var s_4: i32 = memory[(((cut_0) + (12))) >> 2u];
  var dark_5: i32 = ((fieldAt_(((cut_0) + (216)), x_1, y_2)) >> u32(3));
  var tooth_6: i32 = noise_(((x_1) * (24)), ((y_2) * (24)), ((s_4) + (51)));
  var wobble_7: i32 = mul_(((((noise_(((x_1) * (11)), ((y_2) * (11)), ((s_4) + (60)))) >> u32(1))) + (tooth_6)), memory[(((cut_0) + (132))) >> 2u]);
  var tinted_8: bool = isTinted_(cut_0, x_1, y_2, ((wobble_7) >> u32(5)));
  paint0_(out_3, select(((cut_0) + (136)), ((cut_0) + (152)), tinted_8));
  (*out_3)[0] = (((((*out_3)[0]) + (((noise_(((x_1) * (40)), ((y_2) * (40)), ((s_4) + (2)))) >> u32(8))))) + (((noise_(((x_1) * (3)), ((y_2) * (3)), ((s_4) + (4)))) >> u32(8))));
  if (tinted_8) {
    (*out_3)[0] = (((*out_3)[0]) + (((tooth_6) >> u32(7))));
  }
  if (((dark_5) < (memory[(((cut_0) + (116))) >> 2u]))) {
    return;
  }
  var over_9: i32 = ((dark_5) - (memory[(((cut_0) + (116))) >> 2u]));
  var warp_10: i32 = mul_(fieldAt_(((cut_0) + (168)), x_1, y_2), memory[(((cut_0) + (76))) >> 2u]);
  var phase_11: i32 = ((((((((((alongCourse_(((cut_0) + (52)), x_1, y_2)) << u32(3))) + (warp_10))) * (memory[(((cut_0) + (72))) >> 2u]))) >> u32(4))) + (4096));
  var line_12: i32 = ((phase_11) >> u32(13));
  var swell_13: i32 = ((((mul_(over_9, 7900)) + (((((noise_(((line_12) << u32(12)), ((line_12) * (3100)), ((s_4) + (33)))) * (3))) >> u32(4))))) + (wobble_7));
  var inked_14: i32 = lineAt_(mul_(((500) + (swell_13)), min(((over_9) * (9)), 8192)), phase_11);
  if (((dark_5) > (memory[(((cut_0) + (120))) >> 2u]))) {
    var along_15: i32 = ((mul_(x_1, memory[(((cut_0) + (124))) >> 2u])) + (mul_(y_2, memory[(((cut_0) + (128))) >> 2u])));
    var across_16: i32 = ((((((((((along_15) << u32(3))) + (((warp_10) >> u32(1))))) * (memory[(((cut_0) + (72))) >> 2u]))) >> u32(4))) + (4096));
    inked_14 = max(inked_14, lineAt_(((mul_(((dark_5) - (memory[(((cut_0) + (120))) >> 2u])), 9000)) + (((wobble_7) >> u32(1)))), across_16));
  }
  if (((inked_14) > (0))) {
    blend0_(out_3, select(((cut_0) + (144)), ((cut_0) + (160)), tinted_8), mul_(inked_14, clamp_(((7900) + (((tooth_6) >> u32(4)))), 6800, 8192)));
  }
}

fn surroundEngrave3_(cut_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  if (onPlate_(cut_0, mul_(x_1, 7930), mul_(y_2, 7930))) {
    (*out_3)[0] = (((*out_3)[0]) - (26));
  } else {
    if (onPlate_(cut_0, mul_(x_1, 7900), mul_(y_2, 7900))) {
      (*out_3)[0] = (((*out_3)[0]) + (select(60, i32(-150), ((((x_1) + (y_2))) < (0)))));
    }
  }
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeEngrave3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundEngrave3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
