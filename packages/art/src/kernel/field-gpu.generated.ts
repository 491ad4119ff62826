/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const fieldShader = `
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

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
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

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  var colourAt_2: i32 = memory[(colour_1) >> 2u];
  (*out_0)[0] = memory[(colourAt_2) >> 2u];
  (*out_0)[1] = memory[(((colourAt_2) + (4))) >> 2u];
  (*out_0)[2] = memory[(((colourAt_2) + (8))) >> 2u];
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

fn insideForm_(form_0: i32, x_1: i32, y_2: i32) -> i32 {
  var r_3: i32 = memory[(((form_0) + (16))) >> 2u];
  var dx_4: i32 = ((((max(((x_1) - (memory[(form_0) >> 2u])), ((0) - (((x_1) - (memory[(form_0) >> 2u])))))) - (memory[(((form_0) + (8))) >> 2u]))) + (r_3));
  var dy_5: i32 = ((((max(((y_2) - (memory[(((form_0) + (4))) >> 2u])), ((0) - (((y_2) - (memory[(((form_0) + (4))) >> 2u])))))) - (memory[(((form_0) + (12))) >> 2u]))) + (r_3));
  if ((((dx_4) <= (0)) || ((dy_5) <= (0)))) {
    return ((r_3) - (max(dx_4, dy_5)));
  }
  return ((r_3) - (root_(((((dx_4) * (dx_4))) + (((dy_5) * (dy_5)))))));
}

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn blend01_(out_0: ptr<function, array<i32, 3>>, colour_1: ptr<function, array<i32, 3>>, t_2: i32) {
  var L_3: i32 = (*out_0)[0];
  var a_4: i32 = (*out_0)[1];
  var b_5: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_3) + ((((((((*colour_1)[0]) - (L_3))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_4) + ((((((((*colour_1)[1]) - (a_4))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_5) + ((((((((*colour_1)[2]) - (b_5))) * (t_2))) >> u32(13))));
}

fn shadeField3_(f_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var s_4: i32 = memory[(((f_0) + (12))) >> 2u];
  var cloud_5: i32 = fractal_(((x_1) << u32(1)), ((y_2) << u32(1)), ((s_4) + (3)), 4);
  var strokes_6: i32 = select(((noise_(((x_1) * (3)), ((y_2) * (24)), ((s_4) + (4)))) + (((noise_(((x_1) * (8)), ((y_2) * (60)), ((s_4) + (6)))) >> u32(1)))), ((noise_(((x_1) * (26)), y_2, ((s_4) + (4)))) >> u32(1)), ((memory[(((f_0) + (40))) >> 2u]) != (0)));
  var dab_7: i32 = fractal_(((x_1) * (5)), ((y_2) * (7)), ((s_4) + (12)), 3);
  var hue_8: i32 = ((fieldAt_(((f_0) + (120)), x_1, y_2)) >> u32(3));
  var worn_9: i32 = ((fieldAt_(((f_0) + (136)), x_1, y_2)) >> u32(3));
  var ragged_10: i32 = select(((((((cloud_5) >> u32(6))) + (((dab_7) >> u32(7))))) * (memory[(((f_0) + (64))) >> 2u])), ((cloud_5) >> u32(9)), ((memory[(((f_0) + (40))) >> 2u]) != (0)));
  var X_11: i32 = ((((((x_1) + (mul_(((fieldAt_(((f_0) + (88)), x_1, y_2)) >> u32(6)), memory[(((f_0) + (60))) >> 2u])))) + (ragged_10))) + (((strokes_6) >> u32(7))));
  var Y_12: i32 = ((((((y_2) + (mul_(((fieldAt_(((f_0) + (104)), x_1, y_2)) >> u32(6)), memory[(((f_0) + (60))) >> 2u])))) + (ragged_10))) + (((noise_(((x_1) << u32(1)), y_2, ((s_4) + (41)))) >> u32(6))));
  paint0_(out_3, ((f_0) + (44)));
  blend0_(out_3, ((f_0) + (52)), mul_(clamp_(((((2600) + (((hue_8) >> u32(1))))) + (((cloud_5) >> u32(2)))), 0, 6000), memory[(((f_0) + (68))) >> 2u]));
  var colour_13: array<i32, 3>;
  {
    var i_14: i32 = 0;
    loop {
      if (!(((i_14) < (memory[(((f_0) + (36))) >> 2u])))) { break; }
      var form_15: i32 = ((memory[(((f_0) + (32))) >> 2u]) + (((i_14) * (44))));
      var lean_16: i32 = select(0, mul_(Y_12, memory[(((form_15) + (40))) >> 2u]), ((memory[(((f_0) + (40))) >> 2u]) != (0)));
      var deep_17: i32 = insideForm_(form_15, ((X_11) - (lean_16)), Y_12);
      var body_18: i32 = step_(((0) - (memory[(((form_15) + (20))) >> 2u])), memory[(((form_15) + (20))) >> 2u], deep_17);
      if (((body_18) <= (0))) {
        continue;
      }
      paint0_(&colour_13, ((form_15) + (24)));
      var turned_19: i32 = select(((0) - (hue_8)), hue_8, ((((i_14) & (1))) == (0)));
      blend0_(&colour_13, ((form_15) + (32)), mul_(clamp_(((((3000) + (((turned_19) >> u32(1))))) + (((cloud_5) >> u32(1)))), 0, 8192), memory[(((f_0) + (68))) >> 2u]));
      if (((memory[(((f_0) + (40))) >> 2u]) != (0))) {
        var rim_20: i32 = ((8192) - (clamp_(((max(deep_17, ((0) - (deep_17)))) * (70)), 0, 8192)));
        var t_21: i32 = mul_(body_18, clamp_(((((((3300) + (((turned_19) >> u32(2))))) + (((cloud_5) >> u32(3))))) + (mul_(rim_20, 1700))), 1400, 8192));
        (*out_3)[0] = (((*out_3)[0]) - (mul_((((*out_3)[0]) - ((((((*out_3)[0]) * (colour_13[0]))) >> u32(12)))), t_21)));
        (*out_3)[1] = (((((*out_3)[1]) - (mul_((*out_3)[1], ((((t_21) * (3))) >> u32(3)))))) + (mul_(colour_13[1], t_21)));
        (*out_3)[2] = (((((*out_3)[2]) - (mul_((*out_3)[2], ((((t_21) * (3))) >> u32(3)))))) + (mul_(colour_13[2], t_21)));
        continue;
      }
      dim0_(&colour_13, ((((8192) - (((memory[(((f_0) + (76))) >> 2u]) >> u32(2))))) + (mul_(clamp_(deep_17, 0, 3000), memory[(((f_0) + (76))) >> 2u]))));
      blend01_(out_3, &colour_13, mul_(body_18, clamp_(((((7900) - (mul_(clamp_(((worn_9) + (dab_7)), 0, 8192), memory[(((f_0) + (80))) >> 2u])))) + (((strokes_6) >> u32(5)))), 4000, 8192)));
      continuing {
        i_14 = ((i_14) + (1));
      }
    }
  }
  (*out_3)[0] = (((((*out_3)[0]) + (mul_(((((strokes_6) >> u32(7))) + (((dab_7) >> u32(7)))), memory[(((f_0) + (72))) >> 2u])))) + (mul_(((noise_(((x_1) * (46)), ((y_2) * (46)), s_4)) >> u32(7)), memory[(((f_0) + (84))) >> 2u])));
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundField3_(f_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  sheetShadow3_(f_0, x_1, y_2, out_3);
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
    shadeField3_(finish_7, x_8, y_9, out_4);
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
    surroundField3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
